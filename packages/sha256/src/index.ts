export { asciiBytes, asciiSha256 } from './portable.ts'
export { isSha256, sha256, writeSha256 } from './sha256.ts'
