import { runLoad } from '../load/load.ts'
import { type Phase, sampleOf } from '../measure.ts'

const concurrency = 4

export const createAccountPhase: Phase = {
  letter: 'a',
  title: 'createAccount',
  async open(target, { accounts }) {
    return {
      measures: [
        {
          id: 'a.createAccount',
          title: `createAccount, concurrency ${concurrency}`,
          unit: 'req/s',
          async run({ count }) {
            const result = await runLoad(target.url, {
              concurrency,
              count: Math.ceil(accounts / count),
              next: () => target.signUp(),
              onAnswer: (response) => target.keepAccount(response),
            })
            return sampleOf(result)
          },
        },
      ],
    }
  },
}
