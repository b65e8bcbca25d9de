import { formKind } from '#api/catalogue/form.ts'
import { type Kind, kind } from '#api/catalogue/kind.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { resource } from '#api/resource.ts'
import { invalid } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { declarations, field, int32, list, string } from '#schema/schema.ts'

// A kind in two versions and, in one of them, in a second group; what is stored is the first.
const first = declarations('example.lab.v2')
const second = declarations('example.lab.v1')
const third = declarations('example.shop.v1')

class SpecV2 extends first.message('GadgetSpec', { width: field(1, int32), colour: field(2, string) }) {}
class GadgetV2 extends first.object('lab.example/v2', 'Gadget', {
  metadata: field(1, ObjectMeta),
  spec: field(2, SpecV2),
}) {}
class GadgetV2List extends first.object('lab.example/v2', 'GadgetList', {
  metadata: field(1, ListMeta),
  items: list(2, GadgetV2, { always: true }),
}) {}

const v1Fields = {
  metadata: field(1, ObjectMeta),
  size: field(2, string, { default: '7mm' }),
  colour: field(3, string),
}
class GadgetV1 extends second.object('lab.example/v1', 'Gadget', v1Fields) {}
class GadgetV1List extends second.object('lab.example/v1', 'GadgetList', {
  metadata: field(1, ListMeta),
  items: list(2, GadgetV1, { always: true }),
}) {}
class ShopGadget extends third.object('shop.example/v1', 'Gadget', v1Fields) {}
class ShopGadgetList extends third.object('shop.example/v1', 'GadgetList', {
  metadata: field(1, ListMeta),
  items: list(2, ShopGadget, { always: true }),
}) {}

/** As it is stored: `{ spec: { width: 7 } }`. */
export const gadget: Kind = kind({
  resource: resource('gadgets', GadgetV2, GadgetV2List),
  validate: {
    create: ({ metadata, spec }: GadgetV2) => [
      ...validateMetadata(metadata, true, dnsSubdomain),
      ...((spec?.width ?? 0) < 0 ? [invalid('spec.width', spec!.width!, 'must be positive')] : []),
    ],
  },
  prepare: {
    create: (draft) => {
      draft.spec ??= {}
      draft.spec.colour ??= 'grey'
    },
  },
  generation: ({ spec }: GadgetV2) => spec,
  fields: { 'spec.width': ({ spec }: GadgetV2) => spec?.width },
  isCreatedByPut: true,
})

const conversion = <V extends string>(apiVersion: V) => ({
  read: ({ metadata, spec }: GadgetV2) => ({
    apiVersion,
    kind: 'Gadget' as const,
    ...(metadata && { metadata }),
    ...(spec?.width !== undefined && { size: `${spec.width}mm` }),
    ...(spec?.colour !== undefined && { colour: spec.colour }),
  }),
  write: ({ metadata, size, colour }: Pick<GadgetV1, 'metadata' | 'size' | 'colour'>): GadgetV2 => ({
    apiVersion: 'lab.example/v2',
    kind: 'Gadget',
    ...(metadata && { metadata }),
    spec: { ...(size !== undefined && { width: Number.parseInt(size, 10) }), ...(colour !== undefined && { colour }) },
  }),
})

/** The same in an older version: `{ size: '7mm' }`. */
export const gadgetV1: Kind = formKind(gadget, {
  resource: resource('gadgets', GadgetV1, GadgetV1List),
  ...conversion('lab.example/v1'),
})

/** And in another group. */
export const shopGadget: Kind = formKind(gadget, {
  resource: resource('gadgets', ShopGadget, ShopGadgetList),
  ...conversion('shop.example/v1'),
})

export const gadgets = gadget.resource
export const gadgetsV1 = gadgetV1.resource
export const shopGadgets = shopGadget.resource
