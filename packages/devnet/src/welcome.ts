import type { Devnet } from './devnet.ts'

/** What `npm start` prints: where things are, and the first commands to try. */
export function welcome({ pds, plcUrl, adminPassword, handleDomain }: Devnet, dataDirectory: string): string {
  const { url } = pds
  const json = `-H 'content-type: application/json'`
  const alice = `"alice${handleDomain}"`
  const token = `$(curl -s ${url}/xrpc/com.atproto.server.createSession ${json} -d '{"identifier":${alice},"password":"secret-of-alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).accessJwt')`
  return `
Atoll listens on ${url}

  data             ${dataDirectory}
  admin password   ${adminPassword}
  DID directory    ${plcUrl}

Create an account:
  curl ${url}/xrpc/com.atproto.server.createAccount ${json} -d '{"handle":${alice},"email":"alice@example.com","password":"secret-of-alice"}'

Post:
  curl ${url}/xrpc/com.atproto.repo.createRecord ${json} -H "authorization: Bearer ${token}" -d '{"repo":${alice},"collection":"app.bsky.feed.post","record":{"text":"Hello, world","createdAt":"'$(date -u +%FT%TZ)'"}}'

Follow the firehose:
  npm run firehose

Ctrl-C stops it; nothing is lost.`
}
