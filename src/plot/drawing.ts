/** What a picture shows: an SVG drawing, and its numbers for those who want them. */
export interface Drawing {
  readonly title: string
  readonly svg: string
  readonly tables: readonly Table[]
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}
