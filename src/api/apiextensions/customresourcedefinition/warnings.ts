import { textFormat } from '#api/apiextensions/custom/formats.ts'
import { notKeptWarnings } from '#api/policynetworking/not-kept.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { someSchema } from '#schema/structural/json-schema.ts'
import { isKnownFormat } from '#schema/structural/structural.ts'
import type { CustomResourceDefinition } from './message.ts'

const TOOLS = { pattern: () => () => true, format: textFormat }

/** What is said to who declares formats that nobody holds values against, or kinds that nobody keeps. */
export const definitionWarnings = ({ spec }: CustomResourceDefinition): readonly string[] => {
  const unknown: string[] = []
  for (const { schema } of spec.versions ?? [])
    someSchema(schema?.openAPIV3Schema as JsonSchema | undefined, ({ type = '', format }) => {
      if (format && !isKnownFormat(type, format, TOOLS)) unknown.push(`unrecognized format ${JSON.stringify(format)}`)
      return false
    })
  return [...notKeptWarnings(spec.group, spec.names?.kind ?? ''), ...new Set(unknown)]
}
