/**
 * `odograph flows`: Node-RED with the palette, the examples and the gateway's address and token; its
 * editor opens for whoever has a token of the gateway's owner. One line on standard output once it
 * answers, `ready http://HOST:PORT/`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hostAndPort } from '../config/address.ts'
import { dataFolder } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { findNodeRed } from '../gateway/flows/find-node-red.ts'
import { flowsToken } from '../gateway/flows/flows-token.ts'
import { flowsFolder, NodeRedProcess } from '../gateway/flows/node-red-process.ts'
import { ownAddress, ownCertificate } from '../gateway/own-address.ts'
import { type CommandIo, parseCommand } from './command.ts'

export async function flows(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    config: { type: 'string' },
    data: { type: 'string' },
    listen: { type: 'string' },
    url: { type: 'string' },
    'node-red': { type: 'string' },
  })
  const { config } = loadConfig({ file: values.config, environment: process.env })
  const data = dataFolder(values.data)
  const listen = hostAndPort(values.listen ?? config.flows.listen)
  const install = findNodeRed({
    named: values['node-red'] ?? config.flows.nodeRed,
    folders: [flowsFolder(data), process.cwd()],
  })
  const token = await flowsToken(data, config)
  const nodeRed = new NodeRedProcess({
    install,
    folder: data,
    listen,
    gateway: {
      url: values.url ?? ownAddress(config),
      token,
      caFile: ownCertificate(config, data),
    },
    line: (text) => void io.stderr.write(`${text}\n`),
  })
  io.stderr.write(`Node-RED ${install.version}, flows in ${nodeRed.folder}\n`)
  const stop = () => void nodeRed.stop()
  io.signal.addEventListener('abort', stop, { once: true })
  const isFirst = !existsSync(join(nodeRed.folder, 'flows.json'))
  const ended = nodeRed.run()
  if (await nodeRed.answers(io.signal)) {
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
    const url = `http://${host}:${listen.port}/`
    io.stdout.write(`ready ${url}\n`)
    // A log keeps what it is given: the link opens the editor for whoever reads it.
    const link = io.stderr.isTTY === true ? `${url}?access_token=${token}` : url
    const examples = isFirst ? '\n  Examples are in its menu: Import, Examples' : ''
    io.stderr.write(
      `\n  Editor   ${link}\n  Log in   owner, with a token of \`odograph token create --user\` as password${examples}\n\n`,
    )
  }
  const code = await ended
  io.signal.removeEventListener('abort', stop)
  return io.signal.aborted ? 0 : code
}
