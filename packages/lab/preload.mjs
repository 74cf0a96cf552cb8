// Points an unmodified Baileys in this process at a lab: node --import=kurir-lab/preload app.js
import { env } from 'node:process'
import { DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } from 'baileys'

const { LAB_URL, LAB_ROOT } = env
if (LAB_ROOT) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(LAB_ROOT, 'hex')
if (LAB_URL) DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = LAB_URL
