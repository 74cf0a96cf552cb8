#!/usr/bin/env node
import { launch } from 'kurir-launch'

await launch(new URL('../src/main.ts', import.meta.url).href)
