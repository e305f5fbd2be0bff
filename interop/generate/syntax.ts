import * as theirs from '@atcute/lexicons/syntax'
import * as ours from '@atoll/syntax'
import * as reference from '@atproto/syntax'
import { CID } from 'multiformats/cid'
import { jsonLines } from './json.ts'
import { atIdentifierVectors } from './syntax/at-identifier.ts'
import { atUriVectors } from './syntax/at-uri.ts'
import { cidVectors } from './syntax/cid.ts'
import { datetimeVectors } from './syntax/datetime.ts'
import { decisions } from './syntax/decisions.ts'
import { didVectors } from './syntax/did.ts'
import { handleVectors } from './syntax/handle.ts'
import { languageVectors } from './syntax/language.ts'
import { nsidVectors } from './syntax/nsid.ts'
import { recordKeyVectors } from './syntax/record-key.ts'
import { tidVectors } from './syntax/tid.ts'
import { uriVectors } from './syntax/uri.ts'
import type { FormatVectors, Group } from './syntax/vectors.ts'
import { Verdicts, verdictOf } from './verdicts.ts'

type Judges = Record<string, Guard>

interface Page {
  /** The beginning of the names of its files. */
  file: string
  format: string
  specification: string
  /** The kinds of file, and the ends of their names. */
  lists: { name: string; verdict: 'valid' | 'invalid'; groups: Group[] }[]
  judges: Judges
}

/**
 * A text that a line cannot hold: it is empty, invisible at an end, begins as a comment, or is not
 * Unicode text.
 */
interface AwkwardText {
  format: string
  text: string
  valid: boolean
  note: string
}

/**
 * Texts of every string format, valid and invalid: a line each, with awkward.json for those that a
 * line cannot hold.
 */
export async function syntaxVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const files = new Map<string, string>()
  const awkward: AwkwardText[] = []
  for (const page of pages()) {
    for (const { name, verdict, groups } of page.lists) {
      const file = `syntax/${page.file}_${name}.txt`
      for (const { texts, specification = verdict } of groups) {
        for (const text of texts) {
          const said = { ...(await judged(page.judges, text)), 'the specification': specification }
          verdicts.compare(file, text, verdict, said)
        }
      }
      awkward.push(...awkwardOf(page.format, verdict, groups))
      files.set(file, listOf(page, verdict, groups))
    }
  }
  files.set('syntax/awkward.json', jsonLines(awkward))
  files.set('syntax/disagreements.json', jsonLines(verdicts.disagreements()))
  return files
}

function pages(): Page[] {
  const datetime = datetimeVectors()
  const language = languageVectors()
  return [
    {
      format: 'at-identifier',
      file: 'atidentifier',
      specification: 'lexicon#at-identifier',
      lists: lists(atIdentifierVectors()),
      judges: judges(ours.isAtIdentifier, reference.isAtIdentifierString, theirs.isActorIdentifier),
    },
    {
      format: 'at-uri',
      file: 'aturi',
      specification: 'at-uri-scheme#restricted-at-uri-syntax',
      lists: lists(atUriVectors()),
      judges: judges(ours.isAtUri, reference.isAtUriString, theirs.isResourceUri),
    },
    {
      format: 'cid',
      file: 'cid',
      specification: 'data-model#link-and-cid-formats',
      lists: lists(cidVectors()),
      judges: {
        '@atoll/syntax': ours.isCidString,
        multiformats: (text) => CID.parse(text).version === 1,
        '@atcute/lexicons': theirs.isCid,
      },
    },
    {
      format: 'datetime',
      file: 'datetime',
      specification: 'lexicon#datetime',
      lists: [...lists(datetime), { name: 'parse_invalid', verdict: 'invalid', groups: datetime.unparsable }],
      judges: judges(ours.isDatetime, reference.isDatetimeString, theirs.isDatetime),
    },
    {
      format: 'did',
      file: 'did',
      specification: 'did#did-identifier-syntax',
      lists: lists(didVectors()),
      judges: judges(ours.isDid, reference.isValidDid, theirs.isDid),
    },
    {
      format: 'handle',
      file: 'handle',
      specification: 'handle#handle-identifier-syntax',
      lists: lists(handleVectors()),
      judges: judges(ours.isHandle, reference.isValidHandle, theirs.isHandle),
    },
    {
      format: 'language',
      file: 'language',
      specification: 'lexicon#language',
      lists: lists(language),
      judges: judges(ours.isLanguage, reference.isValidLanguage, theirs.isLanguageCode),
    },
    {
      format: 'language',
      file: 'language',
      specification: 'lexicon#language',
      lists: [{ name: 'parse_invalid', verdict: 'invalid', groups: language.repeating }],
      judges: {
        '@atoll/syntax': (text) => ours.isLanguage(text) && ours.isValidLanguage(text),
        '@atproto/syntax': (text) => reference.parseLanguageString(text) !== null,
      },
    },
    {
      format: 'nsid',
      file: 'nsid',
      specification: 'nsid#nsid-syntax',
      lists: lists(nsidVectors()),
      judges: judges(ours.isNsid, reference.isValidNsid, theirs.isNsid),
    },
    {
      format: 'record-key',
      file: 'recordkey',
      specification: 'record-key#record-key-syntax',
      lists: lists(recordKeyVectors()),
      judges: judges(ours.isRecordKey, reference.isValidRecordKey, theirs.isRecordKey),
    },
    {
      format: 'tid',
      file: 'tid',
      specification: 'tid#tid-syntax',
      lists: lists(tidVectors()),
      judges: judges(ours.isTid, reference.isValidTid, theirs.isTid),
    },
    {
      format: 'uri',
      file: 'uri',
      specification: 'lexicon#uri',
      lists: lists(uriVectors()),
      judges: judges(ours.isUri, reference.isValidUri, theirs.isGenericUri),
    },
  ]
}

function lists({ valid, invalid }: FormatVectors): Page['lists'] {
  return [
    { name: 'syntax_valid', verdict: 'valid', groups: valid },
    { name: 'syntax_invalid', verdict: 'invalid', groups: invalid },
  ]
}

type Guard = (text: string) => boolean

function judges(atoll: Guard, atproto: Guard, atcute: Guard): Judges {
  return { '@atoll/syntax': atoll, '@atproto/syntax': atproto, '@atcute/lexicons': atcute }
}

async function judged(judges: Judges, text: string): Promise<Record<string, string>> {
  const verdicts = Object.entries(judges).map(async ([name, accepts]) => [name, await verdictOf(() => accepts(text))])
  return Object.fromEntries(await Promise.all(verdicts))
}

function listOf({ format, specification }: Page, verdict: string, groups: Group[]): string {
  const said = new Set<string>()
  const sections = groups.map(({ note, texts }) => {
    const lines = texts.filter((text) => isLine(text) && said.size !== said.add(text).size)
    return lines.length === 0 ? '' : `\n# ${note}\n${lines.join('\n')}\n`
  })
  return `# ${format}, ${verdict}: https://atproto.com/specs/${specification}\n${sections.join('')}`
}

function awkwardOf(format: string, verdict: 'valid' | 'invalid', groups: Group[]): AwkwardText[] {
  const said = new Set<string>()
  const isNew = (text: string) => !isLine(text) && said.size !== said.add(text).size
  return groups.flatMap(({ note, texts }) =>
    texts.filter(isNew).map((text) => ({ format, text, valid: verdict === 'valid', note })),
  )
}

/**
 * Whether a text survives in a file of lines, whatever editor or line reader handles it.
 */
function isLine(text: string): boolean {
  const isPlain = text.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Z}]/u.test(text.replaceAll(' ', ''))
  return isPlain && text !== '' && text === text.trim() && !text.startsWith('#')
}
