import { alphanumeric, type FormatVectors, type Group, inserted, lookalikes, outside, stray } from './vectors.ts'

/**
 * In addition to the format's two files: tags that are well-formed but invalid, because a part is
 * repeated.
 */
export interface LanguageVectors extends FormatVectors {
  repeating: Group[]
}

// RFC 5646 section 2.1 calls these irregular, because the grammar would refuse them, and these
// regular.
const irregular =
  'en-GB-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu sgn-BE-FR sgn-BE-NL sgn-CH-DE'
const regular = 'art-lojban cel-gaulish no-bok no-nyn zh-guoyu zh-hakka zh-min zh-min-nan zh-xiang'

/** https://atproto.com/specs/lexicon#language */
export function languageVectors(): LanguageVectors {
  const parts = {
    extlang: 'yue',
    script: 'Hant',
    region: 'HK',
    variant: 'rozaj',
    extension: 'u-co-pinyin',
    privateUse: 'x-any',
  }
  return {
    valid: [
      { note: 'two and three letters', texts: ['ja', 'ban', 'en', 'zh', 'qaa', 'und', 'mul', 'zxx'] },
      { note: 'five to eight letters, which are reserved, but well-formed', texts: ['abcde', 'abcdefgh'] },
      { note: 'a region', texts: ['pt-BR', 'en-GB', 'es-419', 'en-001', 'qaa-QM', 'zz-ZZ'] },
      { note: 'a script', texts: ['zh-Hant', 'sr-Latn', 'az-Arab', 'qaa-Qaaa'] },
      { note: 'up to three extended languages', texts: ['zh-yue', 'sgn-ase', 'zh-min-nan', 'ab-cde-fgh-ijk'] },
      {
        note: 'variants',
        texts: [
          'sl-rozaj',
          'de-1996',
          'sl-rozaj-biske',
          'de-CH-1901',
          'sl-IT-nedis',
          'hy-arevela',
          'en-0abc',
          'de-abcde12-abcdefgh',
        ],
      },
      { note: 'extensions', texts: ['en-u-co-phonebk', 'en-a-bb-ccc-dddd-b-ee', 'de-t-en-us', 'en-0-abc', 'en-9-ab'] },
      {
        note: 'private use',
        texts: [
          'x-a',
          'x-whatever',
          'x-1-2-3-4',
          'en-x-a',
          'en-x-x',
          'de-x-twelve-x-again',
          'en-a-bb-x-a-bb',
          'x-abcdefgh',
        ],
      },
      { note: 'each part without the others', texts: Object.values(parts).map((part) => `zh-${part}`) },
      {
        note: 'all parts in order, one more at a time',
        texts: Object.values(parts).map((_, index) => ['zh', ...Object.values(parts).slice(0, index + 1)].join('-')),
      },
      {
        note: 'all parts but one',
        texts: Object.keys(parts).map((left) =>
          [
            'zh',
            ...Object.entries(parts)
              .filter(([name]) => name !== left)
              .map(([, part]) => part),
          ].join('-'),
        ),
      },
      {
        note: 'in any letter case after the language',
        texts: [
          'pt-br',
          'zh-hant-tw',
          'zh-HANT',
          'es-x-ABC',
          'de-X-abc',
          'X-abc',
          'sl-ROZAJ',
          'en-U-CO-PHONEBK',
          'qaa-qAaA-qm',
        ],
      },
      { note: 'tags from before the grammar: irregular', texts: irregular.split(' ') },
      { note: 'tags from before the grammar: regular', texts: regular.split(' ') },
      {
        note: 'irregular tags in another letter case: it carries no meaning',
        texts: ['I-Klingon', 'i-DEFAULT', 'en-gb-oed'],
      },
      { note: 'one of each kind of extension', texts: ['en-a-foo-b-bar-c-baz', 'en-t-ja-u-ca-buddhist'] },
    ],
    invalid: [
      { note: 'one letter', texts: ['j', 'a', 'x', 'i', 'X'] },
      { note: 'more than eight letters', texts: ['abcdefghi', 'english-US-and-so-on'] },
      { note: 'four letters: see disagreements.json', texts: ['engl', 'jaja'], specification: 'valid' },
      {
        note: 'an upper-case language: see disagreements.json',
        specification: 'valid',
        texts: ['JA', 'EN', 'Ja', 'EN-GB', 'eN', 'BAN', 'ZH-Hant'],
      },
      { note: 'digits in the language', texts: ['e1', '1e', '12', '123', 'en1', '0', '419-en'] },
      {
        note: 'hyphens that separate nothing',
        texts: ['-', 'ja-', '-ja', 'ja--JP', 'pt-BR-', 'x-', 'en-x-', '--', 'en-u-'],
      },
      {
        note: 'other separators',
        texts: ['pt_BR', 'pt.BR', 'pt/BR', 'pt BR', 'pt,BR', 'en;q=0.8', 'en, de', 'en_US.UTF-8'],
      },
      {
        note: 'parts out of order',
        texts: ['zh-HK-Hant', 'zh-Hant-yue', 'sl-rozaj-IT', 'en-US-GB', 'zh-Hant-Hans', 'de-1996-DE', 'de-419-DE'],
      },
      {
        note: 'a subtag of more than eight characters',
        texts: ['en-abcdefghi', 'de-x-abcdefghi', 'en-u-abcdefghi', 'x-abcdefghi'],
      },
      {
        note: 'a singleton that is followed by nothing, or by another',
        texts: ['en-a', 'en-u', 'en-a-b', 'en-a-x-y', 'en-u-x-a', 'a-DE', 'a-bc', 'u-co'],
      },
      { note: 'four extended languages', texts: ['ab-cde-fgh-ijk-lmn', 'zh-yue-yue-yue-yue'] },
      { note: 'an extended language after a long language', texts: ['abcde-yue'] },
      {
        note: 'a subtag that is of no kind',
        texts: ['en-1', 'en-12', 'en-abcd-efgh', 'en-1234567890', 'de-a1', 'de-12a'],
      },
      { note: 'no language at all', texts: ['*', '.', '123', 'C', '?', 'i-unheard', 'sgn-BE-XX-BE'] },
      { note: 'a character outside the alphabet', texts: inserted('pt-BR', 4, outside(`${alphanumeric}-`)) },
      {
        note: 'a character that only looks like one of it',
        texts: [...inserted('pt-BR', 4, lookalikes), ...inserted('pt', 1, lookalikes)],
      },
      ...stray('pt-BR'),
    ],
    repeating: [
      { note: 'a variant twice', texts: ['de-1996-1996', 'sl-rozaj-biske-rozaj', 'en-GB-scotland-scotland'] },
      { note: 'the same in another letter case', texts: ['sl-rozaj-ROZAJ', 'de-DE-abcde-AbCdE'] },
      {
        note: 'a kind of extension twice',
        texts: ['en-a-bb-a-cc', 'en-u-co-phonebk-u-ca-buddhist', 'en-a-bb-b-cc-a-dd'],
      },
      { note: 'the same in another letter case', texts: ['en-u-co-phonebk-U-ca-buddhist', 'en-A-bb-a-cc'] },
    ],
  }
}
