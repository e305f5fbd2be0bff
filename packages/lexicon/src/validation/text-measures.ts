import type { TextMeasure } from './scope.ts'
import { hasAtLeastBytes, hasAtLeastGraphemes, hasAtMostBytes, hasAtMostGraphemes } from './text-length.ts'

export const lengthMeasure: TextMeasure = {
  name: 'length',
  *limits({ minLength, maxLength }) {
    if (maxLength !== undefined) {
      yield (text, context) =>
        hasAtMostBytes(text, maxLength) || context.fail('length', `must not be longer than ${maxLength} bytes`)
    }
    if (minLength !== undefined) {
      yield (text, context) =>
        hasAtLeastBytes(text, minLength) || context.fail('length', `must not be shorter than ${minLength} bytes`)
    }
  },
}

export const graphemesMeasure: TextMeasure = {
  name: 'graphemes',
  *limits({ minGraphemes, maxGraphemes }) {
    if (maxGraphemes !== undefined) {
      yield (text, context) =>
        hasAtMostGraphemes(text, maxGraphemes) ||
        context.fail('graphemes', `must not be longer than ${maxGraphemes} graphemes`)
    }
    if (minGraphemes !== undefined) {
      yield (text, context) =>
        hasAtLeastGraphemes(text, minGraphemes) ||
        context.fail('graphemes', `must not be shorter than ${minGraphemes} graphemes`)
    }
  },
}
