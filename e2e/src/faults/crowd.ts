import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type CrowdKind = 'silent' | 'halfAsked' | 'slowBody' | 'keptAlive' | 'subscribed' | 'stalled' | 'givenUp'

const program = fileURLToPath(new URL('./crowd.mjs', import.meta.url))

/** Connections held by another process until `leave`. Uploads are made with `token`. */
export async function gatherCrowd(service: string, counts: Partial<Record<CrowdKind, number>>, token: string) {
  const wanted = Object.entries(counts).map(([kind, count]) => `${kind}=${count}`)
  const child = spawn(process.execPath, [program, new URL(service).port, ...wanted], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], CROWD_TOKEN: token },
  })
  const ended = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    /** How many connected. */
    size: Number.parseInt(line, 10),
    async leave() {
      child.stdin.end()
      await ended
    },
  }
}
