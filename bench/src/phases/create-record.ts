import { type Measure, type Phase, runTimed, sampleOf } from '../measure.ts'
import { type Account, createRecord, isWritten } from '../target.ts'

export const createRecordPhase: Phase = {
  letter: 'b',
  title: 'createRecord',
  async open(target, settings) {
    const many = await target.accounts(settings.accounts)
    const one = [await target.newAccount()]
    const creating = (id: string, accounts: readonly Account[], concurrency: number): Measure => ({
      id,
      title: `createRecord, ${accounts.length} account${accounts.length > 1 ? 's' : ''}, concurrency ${concurrency}`,
      unit: 'req/s',
      async run(round) {
        const result = await runTimed(target, settings, round, {
          concurrency,
          next: (index) => createRecord(accounts[index % accounts.length]!),
          accept: isWritten,
        })
        return sampleOf(result)
      },
    })
    return {
      measures: [
        creating('b.create.1acct.c1', one, 1),
        creating('b.create.1acct.c16', one, 16),
        creating('b.create.40acct.c64', many, 64),
      ],
    }
  },
}
