type AreSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Takes values of exactly one type: `exactly<Tensor>()(value)` is a type error for any other, `any` included. */
export declare const exactly: <Expected>() => <Actual>(
  value: AreSame<Actual, Expected> extends true ? Actual : never,
) => void
