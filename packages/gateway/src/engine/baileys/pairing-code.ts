import type { WASocket } from 'baileys'

/** The server takes a pairing code only from a system it knows; by QR code any name will do. */
const KNOWN_SYSTEM = 'Ubuntu'

/**
 * The code to type on the phone. `browser` is the very array Baileys was configured with; the name of the device was
 * told to the server when the connection began, and is not looked at again.
 */
export async function requestPairingCode(sock: WASocket, browser: string[], phone: string): Promise<string> {
  browser[0] = KNOWN_SYSTEM
  return sock.requestPairingCode(phone)
}
