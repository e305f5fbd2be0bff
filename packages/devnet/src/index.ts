export { type Devnet, type DevnetOptions, startDevnet } from './devnet.ts'
export { freePort } from './free-port.ts'
