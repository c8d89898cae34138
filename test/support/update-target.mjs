// Installs an update, and dies at the step whose number it is given, as in a power cut; says how many
// there were where it lives to the end. It runs what is shipped.
import { install } from '../../dist/update/install.js'
import { trustedKeys } from '../../dist/update/signed.js'
import { openUpdateFile } from '../../dist/update/update-file.js'

const [path, key, folder, running, dies] = process.argv.slice(2)
let steps = 0
const step = () => {
  if (steps === Number(dies)) process.kill(process.pid, 'SIGKILL')
  steps += 1
}
const file = await openUpdateFile(path, trustedKeys([key]), process.arch)
process.stdout.write('begins\n')
await install({
  ...{ file, folder, running, packaged: '1.0.0', isForced: false, now: Date.now(), step },
  signal: new AbortController().signal,
})
process.stdout.write(`steps ${steps}\n`)
