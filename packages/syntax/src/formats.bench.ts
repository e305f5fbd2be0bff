import { benchmark } from '@atoll/testkit'
import * as reference from '@atproto/syntax'
import * as syntax from './index.ts'

const start = Date.UTC(2026, 0, 1)
const clock = new syntax.TidClock({ now: () => start })
// Each call takes the next of many: the same text again and again would flatter every cache.
const tids = Array.from({ length: 256 }, () => clock.next())

const cases: [name: string, ours: (text: string) => boolean, theirs: (text: string) => boolean, texts: string[]][] = [
  [
    'datetime',
    syntax.isDatetime,
    reference.isDatetimeString,
    tids.map((_, at) => new Date(start + at * 86_400_123).toISOString()),
  ],
  [
    'at-uri',
    syntax.isAtUri,
    reference.isAtUriString,
    tids.map((tid) => `at://did:plc:7iza6de2dwap2sbkpav7c6c6/app.bsky.feed.post/${tid}`),
  ],
  ['did', syntax.isDid, reference.isValidDid, tids.map((tid) => `did:plc:7iza6de2dwa${tid}`)],
  ['handle', syntax.isHandle, reference.isValidHandle, tids.map((tid) => `a${tid}.bsky.social`)],
  ['nsid', syntax.isNsid, reference.isValidNsid, tids.map((_, at) => `app.bsky.feed.post${at}`)],
  ['language', syntax.isLanguage, reference.isValidLanguage, ['en', 'pt-BR', 'ja', 'zh-Hant']],
  ['uri', syntax.isUri, reference.isValidUri, tids.map((tid) => `https://example.com/articles/${tid}?page=2#comments`)],
]

for (const [name, ours, theirs, texts] of cases) {
  let turn = 0
  const next = () => texts[turn++ % texts.length]!
  await benchmark(
    `check: ${name}`,
    { atoll: () => ours(next()), '@atproto/syntax': () => theirs(next()) },
    name === 'datetime' ? { floor: 3 } : {},
  )
}
