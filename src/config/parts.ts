/** The pieces that the sections of the configuration are made of. */
import { z } from 'zod'

export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'use 1 to 64 letters, digits, "-", "_" or "."')

/** Whether a text can be an id: part of MQTT topics and of paths. */
export function isName(text: string): boolean {
  return name.safeParse(text).success
}

/** An object that says which keys it knows when it meets another. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `unknown key; known here are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
}

export const seconds = (fallback: number, min: number, max: number) =>
  z.number().min(min).max(max).default(fallback)

export const minutes = seconds

export const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, {
    error: 'write HOST:PORT, for example 127.0.0.1:8080',
    abort: true,
  })
  .refine((text) => Number(/\d+$/.exec(text)) <= 65_535, 'a port is a number from 0 to 65535')
