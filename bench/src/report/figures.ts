/** A number with its significant digits. */
export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)
}

export function times(ratio: number | undefined): string {
  if (ratio === undefined || Number.isNaN(ratio)) return '-'
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}×`
}
