// What people import the packages for, each written once with Atoll and once with each peer that
// can do it. A line that only exports a function keeps all that the function reaches.

/**
 * @typedef {object} UseCase
 * @property {string} name
 * @property {number} aim The size of the minified bundle that it should have at most, in KB.
 * @property {string} atoll A module.
 * @property {string} [atproto]
 * @property {string} [atcute]
 */

/** @type {UseCase[]} */
export const useCases = [
  {
    name: 'parse a DID',
    aim: 0.6,
    atoll: `export { parseDid } from '@atoll/syntax'`,
    atproto: `export { ensureValidDid } from '@atproto/syntax'`,
    atcute: `export { isDid } from '@atcute/lexicons/syntax'`,
  },
  {
    name: 'resolve a handle',
    aim: 20,
    atoll: `
      import { createIdentityResolver } from '@atoll/identity'
      export const resolve = (handle, options) => createIdentityResolver(options).resolveHandle(handle)`,
    atproto: `
      import { AtprotoDohHandleResolver } from '@atproto-labs/handle-resolver'
      export const resolve = (handle, options) => new AtprotoDohHandleResolver(options).resolve(handle)`,
    atcute: `
      import { CompositeHandleResolver, DohJsonHandleResolver, WellKnownHandleResolver } from '@atcute/identity-resolver'
      export const resolve = (handle, dohUrl) =>
        new CompositeHandleResolver({
          methods: { dns: new DohJsonHandleResolver({ dohUrl }), http: new WellKnownHandleResolver() },
        }).resolve(handle)`,
  },
  {
    name: 'verify a signature',
    aim: 48,
    atoll: `export { verifySignature } from '@atoll/crypto'`,
    atproto: `export { verifySignature } from '@atproto/crypto'`,
    atcute: `export { verifySigWithDidKey } from '@atcute/crypto'`,
  },
  {
    name: 'validate a post',
    aim: 15,
    atoll: `
      import { post } from '@atoll/lexicons/app.bsky.feed'
      export const validate = (record) => post.validate(record)`,
    atproto: `
      import { AppBskyFeedPost } from '@atproto/api'
      export const validate = (record) => AppBskyFeedPost.validateRecord(record)`,
    atcute: `
      import { AppBskyFeedPost } from '@atcute/bluesky'
      import { safeParse } from '@atcute/lexicons'
      export const validate = (record) => safeParse(AppBskyFeedPost.mainSchema, record)`,
  },
  {
    name: 'a client with one method',
    aim: 12,
    atoll: `
      import { resolveHandle } from '@atoll/lexicons/com.atproto.identity'
      import { createClient } from '@atoll/xrpc'
      export const resolve = (service, handle) => createClient({ service }).call(resolveHandle, { params: { handle } })`,
    atproto: `
      import { AtpAgent } from '@atproto/api'
      export const resolve = (service, handle) => new AtpAgent({ service }).com.atproto.identity.resolveHandle({ handle })`,
    atcute: `
      import { ComAtprotoIdentityResolveHandle } from '@atcute/atproto'
      import { Client, simpleFetchHandler } from '@atcute/client'
      export const resolve = (service, handle) =>
        new Client({ handler: simpleFetchHandler({ service }) }).call(ComAtprotoIdentityResolveHandle, { params: { handle } })`,
  },
  {
    name: 'follow the firehose, verified',
    aim: 95,
    atoll: `
      import { createIdentityResolver } from '@atoll/identity'
      import { createFirehoseConsumer, identitySource, MemoryRepoStates } from '@atoll/sync'
      export const follow = (service, identity, options) =>
        createFirehoseConsumer({
          service,
          verify: { ...identitySource(createIdentityResolver(identity)), states: new MemoryRepoStates() },
          ...options,
        })`,
    atproto: `
      import { IdResolver } from '@atproto/identity'
      import { Firehose } from '@atproto/sync'
      export const follow = (options) => new Firehose({ idResolver: new IdResolver(), ...options })`,
  },
  {
    name: 'read the records of a repository',
    aim: 20,
    atoll: `
      import { readRepo } from '@atoll/repo'
      export async function* records(bytes) {
        yield* (await readRepo(bytes)).records()
      }`,
    atproto: `
      import { MemoryBlockstore, readCarWithRoot, Repo } from '@atproto/repo'
      export async function* records(bytes) {
        const { root, blocks } = await readCarWithRoot(bytes)
        yield* (await Repo.load(new MemoryBlockstore(blocks), root)).walkRecords()
      }`,
    atcute: `export { fromUint8Array } from '@atcute/repo'`,
  },
  {
    name: 'an XRPC server (core, no host)',
    aim: 30,
    atoll: `export { createRouter, route } from '@atoll/xrpc-server'`,
    atproto: `export { createServer } from '@atproto/xrpc-server'`,
    atcute: `export { json, XRPCRouter } from '@atcute/xrpc-server'`,
  },
]
