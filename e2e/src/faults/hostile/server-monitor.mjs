// Loaded into the server before its own program. Writes every long turn of the event loop to the file
// HOSTILE_MONITOR and, on SIGUSR2, the memory in use after a garbage collection. It also points the
// server's look-ups at the name server HOSTILE_NAME_SERVER, for which the server has no setting.
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const { HOSTILE_MONITOR: file, HOSTILE_NAME_SERVER: nameServer } = process.env
const everyMs = 5
const notedMs = 15

if (file) watchTurns()
if (nameServer) redirectLookups()

function watchTurns() {
  const note = (line) => appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...line })}\n`)
  let [began, cpu] = [performance.now(), threadCpuMs()]
  setInterval(() => {
    const [now, cpuNow] = [performance.now(), threadCpuMs()]
    const wallMs = now - began - everyMs
    if (wallMs >= notedMs) note({ turn: { wallMs, cpuMs: cpuNow - cpu } })
    began = performance.now()
    cpu = threadCpuMs()
  }, everyMs).unref()

  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  process.on('SIGUSR2', async () => {
    // Array buffers are freed in another thread, and subtracted by the next collection. What one
    // collection frees may own more, as a socket owns its handle.
    for (let round = 0; round < 3; round++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { heapUsed, external } = process.memoryUsage()
    note({ used: heapUsed + external })
    // The collection is not a turn of the server.
    began = performance.now()
    cpu = threadCpuMs()
  })
}

/** The CPU time of this thread: unlike wall time, it does not grow while other processes run. */
function threadCpuMs() {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function redirectLookups() {
  const redirected = (Resolver) =>
    class extends Resolver {
      constructor(options) {
        super(options)
        super.setServers([nameServer])
      }
      setServers() {}
    }
  dns.Resolver = redirected(dns.Resolver)
  dns.promises.Resolver = redirected(dns.promises.Resolver)
  dns.setServers([nameServer])
  dns.promises.setServers([nameServer])
  // The system's resolver cannot be redirected, and a silent name server blocks one of its threads: count its use.
  const { lookup } = dns
  dns.lookup = (name, options, callback) => {
    if (name === 'localhost') return lookup(name, options, callback)
    if (file) appendFileSync(file, `${JSON.stringify({ at: Date.now(), systemLookup: name })}\n`)
    const done = callback ?? options
    setTimeout(() => done(Object.assign(new Error(`no address for ${name}`), { code: 'ENOTFOUND' })), 10_000).unref()
  }
  syncBuiltinESMExports()
}
