import { runLoad } from '../load/load.ts'
import { headerLines } from '../load/request.ts'
import { type Measure, type Phase, type Settings, sampleOf } from '../measure.ts'
import { moveIn, repositoryOf } from '../newcomer.ts'
import type { Target } from '../target.ts'

export const importsPhase: Phase = {
  letter: 'i',
  title: 'accounts that move in',
  open: async (target, settings) => ({ measures: [importing(target, settings)] }),
}

/** Each round is an account of its own. */
function importing(target: Target, { largeRepo }: Settings): Measure {
  return {
    id: 'i.importRepo',
    title: `importRepo, ${largeRepo.toLocaleString('en')} records`,
    unit: 'records/s',
    rounds: 3,
    async run() {
      const newcomer = await moveIn(target)
      const body = await repositoryOf(newcomer, largeRepo)
      const headers = headerLines(newcomer.token, 'application/vnd.ipld.car')
      const path = '/xrpc/com.atproto.repo.importRepo'
      const next = () => ({ method: 'POST', path, headers, body }) as const
      const result = await runLoad(target.url, { concurrency: 1, count: 1, next })
      return sampleOf(result, largeRepo, { note: `${(body.length / 1e6).toFixed(1)} MB` })
    },
  }
}
