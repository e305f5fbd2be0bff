import { describe, expect, it } from 'vitest'
import { isLanguage, isValidLanguage, parseLanguage } from './language.ts'

describe('language tags', () => {
  it.each([
    ['an extended language', 'zh-yue'],
    ['three extended languages', 'zh-yue-abc-def'],
    ['a script, a region and two variants', 'sl-Latn-IT-rozaj-1994'],
    ['a region by number', 'es-419'],
    ['two extensions and a private part', 'en-a-bbb-ccc-b-dd-x-a-b-c'],
    ['nothing but a private part', 'x-whatever-1'],
    ['a registered language of five letters', 'abcde'],
    ['an irregular tag in any letter case', 'EN-gb-OED'],
    ['subtags in any letter case', 'mn-cYRL-mn'],
  ])('accepts %s', (_, tag) => {
    expect(isLanguage(tag)).toBe(true)
  })

  it.each([
    ['an upper-case language', 'EN-gb'],
    ['an underscore', 'en_GB'],
    ['a language of four letters', 'abcd'],
    ['four extended languages', 'zh-abc-def-ghi-jkl'],
    ['an extension without content', 'en-a'],
    ['an extension with content of one letter', 'en-a-b'],
    ['a private part without content', 'en-x'],
    ['a region before the script', 'en-GB-Latn'],
    ['a variant of four letters', 'en-abcd-efgh'],
    ['a subtag of nine letters', 'en-abcdefghi'],
    ['an empty subtag', 'en--GB'],
    ['a letter that is ASCII only in lower case', 'zh-\u212Aab'],
  ])('refuses %s', (_, tag) => {
    expect(isLanguage(tag)).toBe(false)
  })

  it('finds repetition only where it counts', () => {
    const valid = ['en-a-aaa-b-aaa', 'x-1901-1901', 'en-x-a-b-a-b', 'en-u-co-phonebk-co', 'de-1901-x-1901', 'i-klingon']
    const invalid = ['en-a-bbb-A-ccc', 'de-1901-1996-1901', 'sl-rozaj-biske-ROZAJ']
    const tags = [...valid, ...invalid].map(parseLanguage)
    expect(tags.filter(isValidLanguage)).toEqual(valid)
  })
})
