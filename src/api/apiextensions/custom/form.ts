import { formOf } from '#api/catalogue/form.ts'
import type { Form, Kind } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { copyJson } from '#schema/copy-json.ts'
import { applySchemaDefaults } from '#schema/structural/defaults.ts'
import { settle } from './settle.ts'
import type { CustomVersion } from './version.ts'

type Members = { [name: string]: unknown }

/** The version that an object is of; undefined for one that the definition has no more. */
export const versionOf = ({ apiVersion }: ApiObject, versions: readonly CustomVersion[]): CustomVersion | undefined =>
  versions.find((version) => version.apiVersion === apiVersion)

/**
 * A stored object as the schema of its version has it today: what the schema knows no more is not there, what it gives
 * by default is. A copy, whose metadata alone is shared.
 */
export const settled = (stored: ApiObject, version: CustomVersion | undefined): ApiObject => {
  const { metadata, ...rest } = stored
  const object = copyJson(rest) as Members
  if (version !== undefined) {
    settle(object, version, true)
    applySchemaDefaults(object, version.node)
  }
  return { ...object, ...(metadata && { metadata }) } as ApiObject
}

/** What a version knows of an object that has become one of it; its own copy is changed. */
export const ofVersion = (object: ApiObject, version: CustomVersion): ApiObject => {
  const { metadata, ...rest } = object
  settle(rest as Members, version, true)
  return { ...rest, ...(metadata && { metadata }) } as ApiObject
}

/** An object of one version as one of another, where they differ in nothing but their names; its own copy is changed. */
const renamed = (object: ApiObject, version: CustomVersion): ApiObject =>
  ofVersion({ ...object, apiVersion: version.apiVersion }, version)

/** The form of a version whose objects are those of the others under another name: conversion `None`. */
export const plainForm = (stored: Kind, version: CustomVersion, versions: readonly CustomVersion[]): Form => {
  const storage = versions.find(({ isStorage }) => isStorage)!
  return formOf(stored, {
    read(object) {
      const now = settled(object, versionOf(object, versions))
      return now.apiVersion === version.apiVersion ? now : renamed(now, version)
    },
    write: (object) => (version === storage ? object : renamed(copyJson(object), storage)),
  })
}
