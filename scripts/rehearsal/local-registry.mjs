// A small npm registry in memory, with the part of the protocol that publishing and installing use.
import { createServer } from 'node:http'

/**
 * Serves the packages of `scope` on a port of its own; for all others it sends clients to
 * `upstream`. Takes packages only with `token`, each version once, and while `accepts(name)` says
 * so. `published` lists the names in the order in which they came.
 */
export async function openLocalRegistry({ scope, upstream, token, accepts = () => true }) {
  const packuments = new Map()
  const tarballs = new Map()
  const published = []

  const server = createServer((request, response) => {
    answer(request)
      .catch((error) => ({ status: 500, body: { error: error.message } }))
      .then(({ status = 200, headers = {}, body }) => {
        const isJson = body !== undefined && !Buffer.isBuffer(body)
        response.writeHead(status, { ...headers, ...(isJson && { 'content-type': 'application/json' }) })
        response.end(isJson ? JSON.stringify(body) : body)
      })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`

  async function answer(request) {
    const path = decodeURIComponent(new URL(request.url, url).pathname)
    if (!path.startsWith(`/${scope}/`)) {
      return { status: 307, headers: { location: upstream.replace(/\/$/, '') + request.url } }
    }
    if (request.method === 'PUT') return put(path.slice(1), request)
    if (tarballs.has(path)) return { body: tarballs.get(path) }
    const [, owner, name, version] = path.split('/')
    const packument = packuments.get(`${owner}/${name}`)
    const found = version === undefined ? packument : packument?.versions[version]
    return found ? { body: found } : { status: 404, body: { error: 'not found' } }
  }

  async function put(name, request) {
    const sent = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString())
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { error: 'unauthorized' } }
    if (!accepts(name)) return { status: 503, headers: { 'retry-after': '0' }, body: { error: 'not now' } }
    const known = packuments.get(name)
    const [[version, manifest]] = Object.entries(sent.versions)
    if (known?.versions[version]) return { status: 403, body: { error: 'cannot publish over a published version' } }
    const [file, attachment] = Object.entries(sent._attachments).find(([path]) => path.endsWith('.tgz'))
    const path = `/${name}/-/${file.split('/').at(-1)}`
    tarballs.set(path, Buffer.from(attachment.data, 'base64'))
    manifest.dist.tarball = url + path
    packuments.set(name, {
      name,
      'dist-tags': { ...known?.['dist-tags'], ...sent['dist-tags'] },
      versions: { ...known?.versions, [version]: manifest },
    })
    published.push(name)
    return { status: 201, body: { ok: true } }
  }

  return {
    url,
    published,
    manifestOf: (name, version) => packuments.get(name)?.versions[version],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
