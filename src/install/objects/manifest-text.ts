import { stringify } from 'yaml'
import type { ApiObject } from '#api/resource.ts'

/** Objects as `kubectl apply -f` takes them. */
export const manifestText = (objects: readonly ApiObject[], format: 'yaml' | 'json'): string =>
  format === 'json'
    ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n`
    : objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
