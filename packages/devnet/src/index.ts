export { type Devnet, type DevnetOptions, startDevnet } from './devnet.ts'
