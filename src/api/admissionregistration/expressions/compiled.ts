import { CelCompileError, type CelEnvironment, type CelProgram, type CelType, isSameType, typeText } from '#cel/cel.ts'

/** An expression that is ready, or why it cannot be used, in Kubernetes' words. */
export interface Compiled {
  readonly source: string
  readonly program?: CelProgram
  readonly error?: string
}

/** A type as its own value is called. */
const named = (type: CelType): string => (type.kind === 'null' ? 'null_type' : typeText(type))

/** Compiles an expression, which must come to one of these types; absent: to any. */
export const compiled = (source: string, environment: CelEnvironment, types?: readonly CelType[]): Compiled => {
  try {
    const program = environment.compile(source)
    if (types === undefined || types.some((type) => isSameType(type, program.type))) return { source, program }
    const wanted = types.length === 1 ? named(types[0]!) : `one of [${types.map(named).join(' ')}]`
    return { source, error: `must evaluate to ${wanted} but got ${named(program.type)}` }
  } catch (error) {
    if (error instanceof CelCompileError) return { source, error: `compilation failed: ${error.message}` }
    throw error
  }
}
