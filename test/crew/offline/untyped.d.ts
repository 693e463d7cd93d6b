/** What the tests use of packages that bring no types. */
declare module 'html-to-text' {
  export function convert(html: string, options: Record<string, unknown>): string;
}

declare module 'pdfkit' {
  /** The few calls that the tests draw with; all lengths are points. */
  export class PDFDocument {
    constructor(options: Record<string, unknown>);
    on(event: 'data', listener: (part: Uint8Array) => void): void;
    on(event: 'end', listener: () => void): void;
    fontSize(size: number): this;
    text(text: string, options?: Record<string, unknown>): this;
    text(text: string, x: number, y: number, options?: Record<string, unknown>): this;
    list(items: readonly string[], options?: Record<string, unknown>): this;
    widthOfString(text: string): number;
    addPage(): this;
    save(): this;
    restore(): this;
    clip(): this;
    rect(x: number, y: number, width: number, height: number): this;
    fill(colour: string): this;
    stroke(colour: string): this;
    fillColor(colour: string): this;
    fillOpacity(opacity: number): this;
    strike(x: number, y: number, width: number, height: number, options: Record<string, unknown>): this;
    highlight(x: number, y: number, width: number, height: number): this;
    rotate(degrees: number, options?: Record<string, unknown>): this;
    end(): void;
  }
}
