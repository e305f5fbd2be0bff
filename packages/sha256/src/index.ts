export { asciiSha256, isSha256, sha256, writeSha256 } from './sha256.ts'
