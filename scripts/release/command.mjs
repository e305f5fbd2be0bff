// Commands that a release runs.
import { spawn } from 'node:child_process'

/** Runs a command whose output the person sees. Throws an error that names it when it fails. */
export function run(cwd, command, args) {
  return execute(cwd, command, args, { stdio: 'inherit' })
}

/** Runs a command and resolves to what it prints, trimmed. `input` is what it reads. */
export function outputOf(cwd, command, args, input) {
  return execute(cwd, command, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] }, input)
}

function execute(cwd, command, args, options, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, ...options })
    const output = []
    const errors = []
    child.stdout?.on('data', (chunk) => output.push(chunk))
    child.stderr?.on('data', (chunk) => errors.push(chunk))
    child.stdin?.end(input)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(output).toString().trim())
      const said = Buffer.concat([...output, ...errors])
        .toString()
        .trim()
      const message = `'${[command, ...args.slice(0, 3)].join(' ')}' failed with ${code ?? signal}`
      reject(new Error(said === '' ? message : `${message}:\n${said}`))
    })
  })
}
