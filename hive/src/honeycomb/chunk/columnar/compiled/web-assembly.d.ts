/** The part of WebAssembly's JavaScript API that is used: Node has it, its types do not. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    /** @param size in pages of 64 KiB */
    constructor(size: { readonly initial: number });
    /** Another one after each {@link grow}, which detaches the last one. */
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    );
    readonly exports: object;
  }
}
