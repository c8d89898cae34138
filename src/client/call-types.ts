/** The types of a call, from what the generated file says of its operation. */
import type { Operations } from './operations.ts'

export type Method = keyof Operations
export type Path<M extends Method> = keyof Operations[M] & string

export interface CallOptions {
  signal?: AbortSignal | undefined
  headers?: Readonly<Record<string, string>> | undefined
}

type Nothing = Record<never, never>

/** Optional where nothing in it is required. */
type Part<Name extends string, T> = Nothing extends T ? { [K in Name]?: T } : { [K in Name]: T }

type PathPart<O> = O extends { path: infer T } ? Part<'path', T> : Nothing
type QueryPart<O> = O extends { query: infer T } ? Part<'query', T> : Nothing
type BodyPart<O> = O extends { body: infer T } ? { body: T } : Nothing

/** What a call of an operation takes. */
export type Taken<O> = PathPart<O> & QueryPart<O> & BodyPart<O> & CallOptions

/** The argument of a call: left out where the operation needs nothing. */
export type Given<O> = Nothing extends Taken<O> ? [options?: Taken<O>] : [options: Taken<O>]

export type Answer<O> = O extends { answer: infer T } ? T : never
export type Line<O> = O extends { line: infer T } ? T : never

/** Paths whose answer is to be had line by line. */
export type LinePath<M extends Method> = {
  [P in Path<M>]: Operations[M][P] extends { line: unknown } ? P : never
}[Path<M>]
