import { File as H5File, type LIBVER_BOUND, ready } from 'h5wasm'
import { beforeAll, describe, expect, it } from 'vitest'
import { DataError, GradusError } from '../../errors.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { RandomStream } from '../../utils/randomStream.js'
import { joinBytes, type StoredArray } from '../storedArray.js'
import { type Hdf5Group, openHdf5 } from './openHdf5.js'
import { type Hdf5Tree, writeHdf5 } from './writeHdf5.js'

// HDF5's own library, compiled to WebAssembly, is what our reader and writer are held against.
let fs: Awaited<typeof ready>['FS']
beforeAll(async () => {
  fs = (await ready).FS
})

const floats = (shape: readonly number[], seed = 1): StoredArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + i)),
})

const sample: Hdf5Tree = {
  attributes: {
    model_config: `${'{"a": [1]}'.repeat(10_000)}ü`,
    layer_names: ['dense', 'a_longer_name', ''],
    weight_names: [],
    // More than the 64 KiB that an attribute may have.
    many: Array.from({ length: 5000 }, (_, i) => `a_name_of_some_length_${i}`),
  },
  members: new Map<string, Hdf5Tree | StoredArray>([
    ['kernel', floats([3, 4])],
    ['scalar', floats([])],
    ['empty', floats([0, 3])],
    ['integers', { dtype: 'int32', shape: [2], data: Int32Array.of(-5, 2 ** 31 - 1) }],
    ['bytes', { dtype: 'uint8', shape: [2, 1], data: Uint8Array.of(250, 7) }],
    ['flags', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
    // More than one B-tree node holds: three levels.
    ['group', { members: new Map(Array.from({ length: 700 }, (_, i) => [`member_${i}`, floats([2], i)])) }],
    ['nothing', { attributes: { name: 'an empty group' }, members: new Map() }],
  ]),
}

const written = () => joinBytes(writeHdf5(sample))

/** A file that HDF5's library wrote with `make`. */
function theirs(libver: LIBVER_BOUND, make: (file: H5File) => void): Uint8Array {
  const file = new H5File('/theirs.h5', 'w', { libver: [libver, 'latest'] })
  try {
    make(file)
  } finally {
    file.close()
  }
  return fs.readFile('/theirs.h5').slice()
}

/** A model's file as the library writes it: attributes, a group of many datasets, elements in compressed chunks. */
const fillFile = (file: H5File) => {
  file.create_attribute('model_config', 'x'.repeat(70_000))
  file.create_attribute('names', ['a', 'bcd'])
  file.create_attribute('fixed', ['a', 'bcd'], [2], 'S3')
  file.create_attribute('version', 3)
  // From the ninth on HDF5's newer form keeps attributes in a heap.
  for (let i = 0; i < 12; i++) file.create_attribute(`note_${i}`, `text ${i}`)
  const group = file.create_group('group')
  for (let i = 0; i < 300; i++) {
    group.create_dataset({ name: `a_name_of_some_length_${i}`, data: Float32Array.of(i, -i), shape: [2] })
  }
  file.create_dataset({ name: 'doubles', data: Float64Array.of(0.1, -2), shape: [2, 1] })
  file.create_dataset({ name: 'iteration', data: BigInt64Array.of(12n), shape: [] })
  file.create_dataset({
    name: 'chunks',
    data: Float32Array.from({ length: 35 * 17 }, (_, i) => i),
    shape: [35, 17],
    chunks: [8, 8],
    compression: 'gzip',
    compression_opts: 5,
  })
}

describe('writeHdf5', () => {
  it('writes what the library reads', () => {
    fs.writeFile('/ours.h5', written())
    const file = new H5File('/ours.h5', 'r')
    expect(file.keys().sort()).toEqual([...sample.members.keys()].sort())
    expect(file.attrs.model_config.value).toBe(sample.attributes?.model_config)
    expect(file.attrs.layer_names.value).toEqual(sample.attributes?.layer_names)
    expect(file.attrs.weight_names.shape).toEqual([0])
    const parts = [0, 1, 2].flatMap((k) => file.attrs[`many${k}`].value)
    expect(parts).toEqual(sample.attributes?.many)
    const read = (path: string) => {
      const { shape, value } = file.get(path) as unknown as {
        shape: number[]
        value: ArrayLike<number> | number
      }
      return { shape, values: typeof value === 'number' ? [value] : Array.from(value) }
    }
    for (const [name, member] of sample.members) {
      if ('members' in member) continue
      expect(read(name), name).toEqual({ shape: member.shape, values: [...member.data] })
    }
    expect((file.get('group') as H5File).keys()).toHaveLength(700)
    for (const i of [0, 7, 8, 255, 256, 257, 699]) {
      expect(read(`group/member_${i}`).values).toEqual([...floats([2], i).data])
    }
    expect((file.get('nothing') as H5File).attrs.name.value).toBe('an empty group')
    file.close()
  })

  it('and what is read here', async () => {
    const root = openHdf5(written(), 'ours.h5')
    expect(root.names).toEqual([...sample.members.keys()].sort())
    expect(root.text('model_config')).toBe(sample.attributes?.model_config)
    for (const name of ['layer_names', 'weight_names', 'many']) {
      expect(root.texts(name)).toEqual(sample.attributes?.[name])
    }
    expect(root.texts('nothing')).toBeUndefined()
    for (const [name, member] of sample.members) {
      if (!('members' in member)) expect(await root.array(name)).toEqual(member)
    }
    expect(await root.array('group/member_699')).toEqual(floats([2], 699))
    expect(root.group('nothing')?.text('name')).toBe('an empty group')
    expect(root.group('kernel')).toBeUndefined()
  })
})

describe('openHdf5', () => {
  it.each(['earliest', 'v108', 'v110'] as const)('reads what the library writes for %s', async (libver) => {
    const root = openHdf5(theirs(libver, fillFile), 'theirs.h5')
    expect(root.text('model_config')).toBe('x'.repeat(70_000))
    expect(root.texts('names')).toEqual(['a', 'bcd'])
    expect(root.texts('fixed')).toEqual(['a', 'bcd'])
    expect(root.text('version')).toBe('3')
    expect(root.text('note_11')).toBe('text 11')
    expect(root.group('group')?.names).toHaveLength(300)
    for (const i of [0, 8, 299]) {
      expect([...(await root.array(`group/a_name_of_some_length_${i}`)).data]).toEqual([i, -i])
    }
    const doubles = await root.array('doubles')
    expect(doubles).toEqual({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(0.1, -2) })
    expect(await root.array('iteration')).toEqual({ dtype: 'int32', shape: [], data: Int32Array.of(12) })
    if (libver === 'v110') {
      await expect(root.array('chunks')).rejects.toThrow(
        /chunks in HDF5's newest form, which Gradus does not read/,
      )
    } else {
      expect((await root.array('chunks')).data.every((value, i) => value === i)).toBe(true)
    }
  })

  it('follows no links out of the file', async () => {
    const root = openHdf5(
      theirs('v108', (file) => {
        file.create_external_link('/etc/passwd', '/', 'outside')
        file.create_soft_link('/outside', 'soft')
      }),
      'x.h5',
    )
    await expect(root.array('outside')).rejects.toThrow(
      /'outside' is a link to another place or another file/,
    )
    expect(() => root.group('soft')).toThrow(/'soft' is a link/)
  })

  it('names the dataset that is missing, is a group, or holds no numbers', async () => {
    const root = openHdf5(
      theirs('earliest', (file) => {
        file.create_dataset({ name: 'texts', data: ['a'], shape: [1] })
        file.create_group('dense').create_dataset({ name: 'kernel', data: Float32Array.of(1), shape: [1] })
      }),
      'x.h5',
    )
    await expect(root.array('dense/kernal')).rejects.toThrow(
      /x\.h5: group '\/dense': there is no dataset 'kernal'.*Did you mean 'kernel'/,
    )
    await expect(root.array('dense')).rejects.toThrow(/dataset '\/dense': expected a dataset, found a group/)
    await expect(root.array('texts')).rejects.toThrow(/dataset '\/texts': expected numbers, found texts/)
  })

  it('refuses other files, and those that are cut off', () => {
    expect(() => openHdf5(new TextEncoder().encode('PK no HDF5'), 'x.h5')).toThrow(/x\.h5: is no HDF5 file/)
    const bytes = written()
    for (const size of [8, 40, 90, 200, bytes.length / 2]) {
      expect(() => openHdf5(bytes.subarray(0, size), 'x.h5')).toThrow(/cut off or damaged/)
    }
  })

  it('unpacks no more than 64 MiB out of next to nothing', async () => {
    const bomb = theirs('earliest', (file) => {
      const shape = [5000, 5000]
      file.create_dataset({
        name: 'zeros',
        data: new Float32Array(25_000_000),
        shape,
        chunks: [1000, 1000],
        compression: 'gzip',
        compression_opts: 9,
      })
    })
    expect(bomb.length).toBeLessThan(200_000)
    await expect(openHdf5(bomb, 'x.h5').array('zeros')).rejects.toThrow(
      /dataset '\/zeros': would take 100000000 bytes out of \d+ that are stored/,
    )
  })

  it.each(['ours', 'earliest', 'v108', 'v110'] as const)(
    'gives arrays or a GradusError for changed bytes: %s',
    async (form) => {
      const bytes =
        form === 'ours'
          ? joinBytes(
              writeHdf5({
                attributes: { model_config: 'text', layer_names: ['a', 'b'] },
                members: new Map<string, Hdf5Tree | StoredArray>([
                  ['kernel', floats([2, 3])],
                  [
                    'group',
                    { members: new Map(Array.from({ length: 20 }, (_, i) => [`name_${i}`, floats([1], i)])) },
                  ],
                ]),
              }),
            )
          : theirs(form, (file) => {
              for (let i = 0; i < 10; i++) file.create_attribute(`note_${i}`, 'text')
              const group = file.create_group('group')
              for (let i = 0; i < 20; i++) {
                group.create_dataset({ name: `name_${i}`, data: Float32Array.of(i), shape: [1] })
              }
              file.create_dataset({
                name: 'chunks',
                data: new Float32Array(400),
                shape: [20, 20],
                chunks: [8, 8],
                compression: 'gzip',
              })
            })
      const random = new RandomStream(keyFromSeed(5))
      const below = (limit: number) => Math.floor(random.uniform() * limit)
      let refused = 0
      for (let round = 0; round < 1500; round++) {
        const mutated = bytes.slice(0, round % 20 === 0 ? below(bytes.length) : bytes.length)
        for (let edit = below(4); edit >= 0; edit--)
          mutated[below(mutated.length)] = round % 3 ? below(256) : 255
        try {
          await readAll(openHdf5(mutated, 'fuzzed.h5'))
        } catch (error) {
          if (!(error instanceof GradusError)) throw error
          refused++
        }
      }
      expect(refused).toBeGreaterThan(100)
    },
  )
})

/** Reads everything in a group; the first error of a member is thrown when all have been tried. */
async function readAll(group: Hdf5Group, depth = 0): Promise<void> {
  for (const name of ['model_config', 'layer_names', 'note_3']) group.texts(name)
  const errors: unknown[] = []
  for (const name of group.names) {
    try {
      const inner = group.group(name)
      if (inner === undefined) await group.array(name)
      else if (depth < 4) await readAll(inner, depth + 1)
    } catch (error) {
      errors.push(error)
    }
  }
  const unexpected = errors.find((error) => !(error instanceof DataError))
  if (errors.length > 0) throw unexpected ?? errors[0]
}
