import { CLASS_ANNOTATION } from '#api/networking/ingress/class-annotation.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { isSame } from '#api/resource.ts'
import { newestDefault } from '#objects/newest-default.ts'
import type { Admission } from './admission.ts'

/** An Ingress that says in neither way which class it is of is of the one that is marked as the default. */
export const defaultIngressClass: Admission = {
  create({ resource, object, reader }) {
    if (!isSame(resource, ingresses)) return object
    const ingress = object as Ingress
    if (ingress.spec?.ingressClassName !== undefined) return object
    if (ingress.metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return object
    const chosen = newestDefault(reader.all(ingressClasses), [DEFAULT_CLASS_ANNOTATION])
    if (chosen === undefined) return object
    const classed: Ingress = { ...ingress, spec: { ...ingress.spec, ingressClassName: chosen.metadata?.name ?? '' } }
    return classed
  },
}
