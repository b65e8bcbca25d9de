import { references } from '#api/core/reference-descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'
import { containers } from './descriptions/container.ts'
import { pod } from './descriptions/pod.ts'
import { volumes } from './descriptions/volume.ts'

export const descriptions: Descriptions = { ...references, ...pod, ...containers, ...volumes }

/** Of what makes pods. */
export const template: Descriptions = {
  ...descriptions,
  PodTemplateSpec: {
    about: 'The pods that a controller makes.',
    fields: { spec: 'What each pod should be.' },
  },
}
