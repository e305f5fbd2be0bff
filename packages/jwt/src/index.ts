export { type Jwt, type JwtHeader, type ParseJwtOptions, parseJwt, signJwt, verifyJwtSignature } from './jwt.ts'
export { ecdsaSigner, ecdsaVerifier, hmacKey, type JwtAlgorithm, type JwtSigner, type JwtVerifier } from './keys.ts'
