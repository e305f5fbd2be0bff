import { runLoad } from '../load/load.ts'
import { type Phase, runTimed, sampleOf } from '../measure.ts'
import { type Account, signIn } from '../target.ts'

const concurrency = 4

export const createAccountPhase: Phase = {
  letter: 'a',
  title: 'createAccount and createSession',
  async open(target, settings) {
    let known: readonly Account[] = []
    return {
      measures: [
        {
          id: 'a.createAccount',
          title: `createAccount, concurrency ${concurrency}`,
          unit: 'req/s',
          async run({ count }) {
            const result = await runLoad(target.url, {
              concurrency,
              count: Math.ceil(settings.accounts / count),
              next: () => target.signUp(),
              onAnswer: (response) => target.keepAccount(response),
            })
            return sampleOf(result)
          },
        },
        {
          id: 'a.createSession',
          title: `createSession, concurrency ${concurrency}`,
          unit: 'req/s',
          async prepare() {
            known = await target.accounts(settings.accounts)
            return []
          },
          async run(round) {
            const result = await runTimed(target, settings, round, {
              concurrency,
              next: (index) => signIn(known[index % known.length]!),
              accept: ({ body }) => body.includes('"accessJwt"'),
            })
            return sampleOf(result)
          },
        },
      ],
    }
  },
}
