/** A real SMTP server in the process of the test, which takes mails, or does not, as it is told. */
import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface TakenMail {
  from: string
  to: string[]
  parsed: ParsedMail
  isSecure: boolean
  user: string | undefined
}

/** What it does with the next mails; the last one stays. */
export type Manner =
  | 'take'
  /** 451 to the recipient. */
  | 'later'
  /** 550 to the recipient. */
  | 'refuse'
  /** 552 after the whole mail. */
  | 'refuse-data'
  /** Says nothing more after the recipient. */
  | 'hang'

export interface TestSmtp {
  port: number
  mails: TakenMail[]
  manners: Manner[]
  /** Recipients that were named, taken or not. */
  tries: number
  stop(): Promise<void>
}

export const LOGIN = { user: 'gateway@example.org', pass: 'p4ss: word' }

export async function startSmtp(options: SMTPServerOptions = {}, port = 0): Promise<TestSmtp> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === LOGIN.user && password === LOGIN.pass
        ? done(null, { user: username })
        : done(new Error('535 5.7.8 who are you?')),
    onRcptTo: ({ address }, _session, done) => {
      found.tries += 1
      const manner = found.manners[0] ?? 'take'
      if (manner === 'later') {
        next()
        return done(answer(451, `try again later, <${address}>`))
      }
      if (manner === 'refuse') return done(answer(550, `no such user here: <${address}>`))
      if (manner !== 'hang') return done()
    },
    onData: (stream, { envelope, secure, user }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        if (found.manners[0] === 'refuse-data') return done(answer(552, 'not in this house'))
        next()
        found.mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          parsed: await simpleParser(Buffer.concat(chunks)),
          isSecure: secure,
          user: user === undefined ? undefined : String(user),
        })
        done()
      })
    },
    ...options,
  })
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('error', () => undefined)
  const next = () => {
    if (found.manners.length > 1) found.manners.shift()
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const found: TestSmtp = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    manners: ['take'],
    tries: 0,
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(resolve))
    },
  }
  return found
}

function answer(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
