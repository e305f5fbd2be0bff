import { type Phase, runTimed, sampleOf } from '../measure.ts'
import { applyWrites, isWritten } from '../target.ts'

const concurrency = 4
const creates = 100

export const applyWritesPhase: Phase = {
  letter: 'c',
  title: 'applyWrites',
  async open(target, settings) {
    const accounts = await target.accounts(settings.accounts)
    return {
      measures: [
        {
          id: 'c.applyWrites.100',
          title: `applyWrites, ${creates} creates a call, concurrency ${concurrency}`,
          unit: 'records/s',
          async run(round) {
            const result = await runTimed(target, settings, round, {
              concurrency,
              next: (index) => applyWrites(accounts[index % accounts.length]!, creates),
              accept: isWritten,
            })
            return sampleOf(result, creates)
          },
        },
      ],
    }
  },
}
