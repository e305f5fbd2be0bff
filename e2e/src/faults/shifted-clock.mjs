// Loaded before a program (node --import). Shifts its wall clock by the milliseconds in the file
// FAULT_CLOCK_FILE, which is read again whenever it changes; a file beside it says which shift is in
// force. Monotonic time is not changed.
import { readFileSync, watchFile, writeFileSync } from 'node:fs'

const file = process.env.FAULT_CLOCK_FILE
const RealDate = Date
const now = RealDate.now.bind(RealDate)
let shift = 0

const read = () => {
  shift = Number(readFileSync(file, 'utf8'))
  writeFileSync(`${file}.seen`, String(shift))
}
read()
watchFile(file, { interval: 20, persistent: false }, read)

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now() + shift)
    else super(...given)
  }
  static now() {
    return now() + shift
  }
}
