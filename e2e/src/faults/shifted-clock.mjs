// Loaded before a program (node --import): its wall clock runs ahead by as many milliseconds as the file FAULT_CLOCK_FILE
// says, which is read again whenever it has changed; beside it a file tells what is in force. Monotone time is left alone.
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
