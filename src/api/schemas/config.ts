/** The configuration over REST. */
import { z } from 'zod'

export const configBody = z.object(
  {
    set: z
      .record(z.string().regex(/^[A-Za-z]\w*(\.\w+)*$/), z.unknown(), {
        error: ({ code }) =>
          code === 'invalid_key'
            ? 'must name keys, as in {"api.listen": "0.0.0.0:8080"}'
            : 'must be an object of keys and values',
      })
      .refine((settings) => Object.keys(settings).length > 0, { error: 'must name a key at least' })
      .describe(
        'Values by key, as in `{"api.listen": "0.0.0.0:8080", "log.level": null}`; null takes a key out.',
      ),
  },
  { error: 'must be a JSON object {set: {"KEY": VALUE}}' },
)

export const configQuery = z.object({
  dryRun: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .describe('`true`: checks and shows what would change, and writes nothing.'),
})

export const configAnswers = {
  Config: z.object({
    file: z.string().optional().describe('Absent where the gateway was started without one.'),
    origin: z.enum(['file', 'last-known-good', 'defaults']),
    values: z.record(z.string(), z.unknown()).describe('What is in force; secrets are not shown.'),
    written: z.record(z.string(), z.unknown()).describe('What stands in the file itself.'),
    findings: z.array(z.string()).describe('What is wrong with it.'),
    version: z.string().optional().describe('Of the file: for If-Match.'),
  }),
  ConfigChanged: z.object({
    lines: z.array(z.string()).describe('Lines that go (`-`) and come (`+`).'),
    isWritten: z.boolean(),
    restart: z.boolean().describe('Whether it takes effect with the next start of the gateway.'),
    version: z.string().optional(),
  }),
}
