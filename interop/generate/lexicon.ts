import { jsonLines, jsonText } from './json.ts'
import { catalog } from './lexicon/catalog.ts'
import { decisions } from './lexicon/decisions.ts'
import { doubtfulDocuments, invalidDocuments, validDocuments } from './lexicon/documents.ts'
import { judgedDocument, judgedKey, judgedRecord, lintedDocument } from './lexicon/judges.ts'
import { invalidRecords, notByTheLetter, recordKeys, validRecords } from './lexicon/records.ts'
import { Verdicts } from './verdicts.ts'

/** Documents of the schema language, and records that are validated by one. */
export async function lexiconVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const documents = { valid: validDocuments(), invalid: invalidDocuments() }
  const records = { valid: validRecords(), invalid: invalidRecords() }
  for (const verdict of ['valid', 'invalid'] as const) {
    for (const { name, lexicon } of documents[verdict]) {
      verdicts.compare(`lexicon/lexicon-${verdict}.json`, name, verdict, await judgedDocument(lexicon))
    }
    for (const vector of records[verdict]) {
      const said = { ...(await judgedRecord(vector)), 'the specification': specified(vector.name, verdict) }
      verdicts.compare(`lexicon/record-data-${verdict}.json`, vector.name, verdict, said)
    }
  }
  for (const { name, lexicon, path } of doubtfulDocuments()) {
    verdicts.compare('lexicon/lexicon-doubtful.json', name, 'reported', lintedDocument(lexicon, path))
  }
  for (const { key, rkey, valid } of recordKeys()) {
    const verdict = valid ? 'valid' : 'invalid'
    verdicts.compare('lexicon/record-keys.json', `${key}: ${rkey}`, verdict, await judgedKey(key, rkey))
  }
  return new Map([
    ...Object.entries(catalog).map(([name, document]) => [`lexicon/catalog/${name}.json`, jsonText(document)] as const),
    ['lexicon/lexicon-valid.json', jsonLines(documents.valid)],
    ['lexicon/lexicon-invalid.json', jsonLines(documents.invalid)],
    ['lexicon/lexicon-doubtful.json', jsonLines(doubtfulDocuments())],
    ['lexicon/record-data-valid.json', jsonLines(records.valid)],
    ['lexicon/record-data-invalid.json', jsonLines(records.invalid)],
    ['lexicon/record-keys.json', jsonLines(recordKeys())],
    ['lexicon/disagreements.json', jsonLines(verdicts.disagreements())],
  ])
}

function specified(name: string, verdict: string): string {
  return notByTheLetter.includes(name) ? 'invalid' : verdict
}
