export interface JsonText {
  note: string
  text: string
}

/** Texts that are not JSON, or JSON that a JSON file cannot hold as it is. */
export function invalidJsonTexts(): JsonText[] {
  const within = (note: string, inner: string) => ({ note, text: `{"a":${inner}}` })
  return [
    { note: 'nothing', text: '' },
    { note: 'white space', text: ' \n' },
    { note: 'a byte order mark before it', text: '\ufeff{}' },
    { note: 'two values', text: '{} {}' },
    { note: 'a map that is not closed', text: '{"a":1' },
    { note: 'a comma after the last member', text: '{"a":1,}' },
    { note: 'a key without quotes', text: '{a:1}' },
    { note: 'a comment', text: '{"a":1} // one' },
    within('quotes of the other kind', "'b'"),
    within('a comma after the last item', '[1,]'),
    within('a number with a zero before it', '01'),
    within('a number with a plus', '+1'),
    within('a number in hexadecimal', '0x10'),
    within('not a number', 'NaN'),
    within('infinity', 'Infinity'),
    within('undefined', 'undefined'),
    within('a control character in a text', '"\u0001"'),
    within('a line break in a text', '"\n"'),
    within('an unknown escape', '"\\x41"'),
    within('an escape that is cut off', '"\\u12"'),
    within('the first half of a surrogate pair', '"\\ud83c"'),
    within('the second half of a surrogate pair', '"\\udf0a"'),
    within('the halves of a surrogate pair in the wrong order', '"\\udf0a\\ud83c"'),
    within('half of a surrogate pair before a letter', '"\\ud83ca"'),
    { note: 'half of a surrogate pair in a key', text: '{"\\ud83c":1}' },
    within('a float in the notation of powers', '1e-1'),
    within('an integer of 400 digits', '9'.repeat(400)),
    within('10,000 levels of lists', '['.repeat(10_000) + ']'.repeat(10_000)),
  ]
}
