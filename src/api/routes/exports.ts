/**
 * Exports of all data of a vehicle: as one stream, or as a file whose link comes by e-mail. The link
 * carries its own proof: whoever reads the mail needs no token.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ExportedFile, ExportJob } from '../../model/ports.ts'
import { isoTime } from '../../model/time.ts'
import { noteRead } from '../audit.ts'
import { FailedAttempts } from '../auth/attempts.ts'
import { byteRange } from '../byte-range.ts'
import type { ApiContext } from '../context.ts'
import { accessOf, ownerGuard } from '../guards.ts'
import { HttpError, unauthorized } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { fileQuery, jobParams } from '../schemas/exports.ts'
import { deviceParams } from '../schemas/requests.ts'
import { exportFile } from '../views/export-file.ts'
import { fullVisibility } from '../views/visibility.ts'

const BASE = '/v1/user/device-data/:userDeviceId/export'
const ACCEPTED =
  'your request has been received; data will be sent to the email associated with your account'
const NOT_SET_UP = 'This gateway has no mail server (mail.url): fetch …/export/json instead.'
const DESCRIPTION = "The owner's user token."

export function addExportRoutes(app: FastifyInstance, context: ApiContext): void {
  addStream(app, context)
  addRequest(app, context)
  addJob(app, context)
  addFile(app, context)
}

function addStream(app: FastifyInstance, context: ApiContext): void {
  const { records, clock } = context
  app.get(`${BASE}/json`, {
    schema: {
      ...ownersRoute('get_v1_user_device_data_export_json'),
      summary: 'Every record of the vehicle, oldest first, as one JSON object.',
      response: answersOf('Export', 'Every record.', [401, 404, 429]),
    },
    onRequest: ownerGuard(context),
    async handler(request, reply) {
      const { vehicle } = accessOf(request)
      noteRead(context, request, fullVisibility)
      offerAs(reply, fileName(vehicle.userDeviceId))
      const pieces = request.method === 'HEAD' ? [] : exportFile(records, vehicle, clock.now())
      return reply.send(Readable.from(pieces, { objectMode: false }))
    },
  })
}

function addRequest(app: FastifyInstance, context: ApiContext): void {
  const answers = answersOf('ExportRequest', 'It is under way.', [401, 404, 409, 429])
  app.post(`${BASE}/json/email`, {
    schema: {
      ...ownersRoute('post_v1_user_device_data_export_json_email'),
      summary: 'Sends a link to a file with every record to the address of the owner.',
      description: `${DESCRIPTION} No body. The link is good for 24 hours, or until the next export of the same vehicle is asked for. One job at a time.`,
      response: {
        ...answers,
        409: { ...answers[200], description: 'Something is missing; the message says what.' },
      },
    },
    onRequest: ownerGuard(context),
    async handler(request, reply) {
      const { vehicle } = accessOf(request)
      const { owner: userId, userDeviceId } = vehicle
      const refusal = context.exports === undefined ? NOT_SET_UP : context.exports.request(vehicle)
      if (refusal === undefined) {
        noteRead(context, request, fullVisibility)
        return { status: 'success', userId, userDeviceId, message: ACCEPTED }
      }
      return reply.code(409).send({ status: 'error', userId, userDeviceId, message: refusal })
    },
  })
}

function addJob(app: FastifyInstance, context: ApiContext): void {
  const none = () => new HttpError(404, 'No export by e-mail was asked for.')
  app.get(BASE, {
    schema: {
      ...ownersRoute('get_v1_user_device_data_export'),
      summary: 'How far the export by e-mail is.',
      response: answersOf('ExportJob', 'The newest job.', [401, 404, 429]),
    },
    onRequest: ownerGuard(context),
    async handler(request) {
      const job = context.exports?.job(accessOf(request).vehicle)
      if (job === undefined) throw none()
      return jobView(job)
    },
  })
  app.delete(BASE, {
    schema: {
      ...ownersRoute('delete_v1_user_device_data_export'),
      summary: 'Ends the export by e-mail and removes its file; its link leads nowhere.',
      response: answersOf('ExportJob', 'The job as it was last.', [401, 404, 429]),
    },
    onRequest: ownerGuard(context),
    async handler(request) {
      const { vehicle } = accessOf(request)
      const job = context.exports?.job(vehicle)
      const wasThere = await context.exports?.cancel(vehicle)
      if (job === undefined || wasThere !== true) throw none()
      return jobView(job)
    },
  })
}

function addFile(app: FastifyInstance, context: ApiContext): void {
  const { clock } = context
  const attempts = new FailedAttempts()
  app.get('/v1/export/:jobId', {
    schema: {
      summary: 'The file of an export by e-mail; one range of bytes can be asked for.',
      description: 'The link of the mail, which carries its own token.',
      operationId: 'get_v1_export',
      tags: ['user'],
      security: [],
      params: jobParams,
      querystring: fileQuery,
      response: answersOf('Export', 'Every record.', [400, 401, 404, 416, 429]),
    },
    // Compressed, its parts would be those of another file.
    compress: false,
    async handler(request, reply) {
      const wait = attempts.waitSeconds(request.ip, clock.monotonic())
      const { token } = request.query as z.output<typeof fileQuery>
      const { jobId } = request.params as z.output<typeof jobParams>
      const file = context.exports?.file(jobId, token) ?? 'gone'
      if (file === 'bad-token') {
        if (wait > 0) throw tooMany(wait)
        attempts.add(request.ip, clock.monotonic())
        throw unauthorized('Invalid link: open it as it stands in the mail.')
      }
      const handle = file === 'gone' ? undefined : await open(file.path).catch(() => undefined)
      if (file === 'gone' || handle === undefined) {
        throw new HttpError(
          404,
          'The link has expired, or its file was removed: ask for a new one.',
        )
      }
      return sendFile({ ...file, handle, id: jobId }, request, reply)
    },
  })
}

async function sendFile(
  { bytes, name, handle, id }: ExportedFile & { handle: FileHandle; id: string },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const tag = `"${id}-${bytes}"`
  const { range: wanted, 'if-range': only } = request.headers
  const range = only === undefined || only === tag ? byteRange(wanted, bytes) : undefined
  if (range === 'outside') {
    await handle.close()
    throw new HttpError(416, `The file has ${bytes} bytes; ask for a part of them.`, {
      'content-range': `bytes */${bytes}`,
    })
  }
  offerAs(reply, name).headers({ 'accept-ranges': 'bytes', etag: tag })
  const { first, last } = range ?? { first: 0, last: bytes - 1 }
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${first}-${last}/${bytes}`)
  }
  reply.header('content-length', last - first + 1)
  if (request.method === 'HEAD') {
    await handle.close()
    // A stream, of nothing: for what is no stream the length would be put right to 0.
    return reply.send(Readable.from([]))
  }
  return reply.send(handle.createReadStream({ start: first, end: last }))
}

function ownersRoute(operationId: string) {
  return {
    description: DESCRIPTION,
    operationId,
    tags: ['user'],
    security: [{ userToken: [] }],
    params: deviceParams,
  }
}

function jobView({ created, expires, ...job }: ExportJob): object {
  return {
    id: job.id,
    state: job.state,
    created: isoTime(created),
    attempts: job.attempts,
    ...(job.lastError === undefined ? {} : { lastError: job.lastError }),
    ...(expires === undefined ? {} : { expires: isoTime(expires) }),
  }
}

function offerAs(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
}

function fileName(userDeviceId: string): string {
  return `${userDeviceId}.json`
}

function tooMany(seconds: number): HttpError {
  const message = `Too many failed attempts from this address; try again in ${seconds} s.`
  return new HttpError(429, message, { 'retry-after': String(seconds) })
}
