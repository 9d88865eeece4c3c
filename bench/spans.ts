import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, listAt, textAt } from "../lib/objects";

/** A span of a trace: something that took its time. */
export interface Span {
  readonly name: string;
  /** Seconds since 1970. */
  readonly begin: number;
  readonly end: number;
  /** Whether it is a call, seen from who calls; the one who answers has a span of its own. */
  readonly isCall: boolean;
  /** The resource that a call is about, if its request is part of the trace. */
  readonly urn?: string;
}

const nanosecondsOf = (text: string): number => Number(BigInt(text) / 1000n) / 1e6;

/** SPAN_KIND_CLIENT of OpenTelemetry. */
const clientKind = 3;

/**
 * Reads the traces in a folder: lines of OTLP in JSON
 * (https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/).
 */
export function readSpans(folder: string): readonly Span[] {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => listAt(JSON.parse(line), "resourceSpans"))
      .flatMap((resource) => listAt(resource, "scopeSpans"))
      .flatMap((scope) => listAt(scope, "spans"))
      .map((span) => ({
        name: textAt(span, "name"),
        begin: nanosecondsOf(textAt(span, "startTimeUnixNano")),
        end: nanosecondsOf(textAt(span, "endTimeUnixNano")),
        isCall: span["kind"] === clientKind,
        ...urnOf(span),
      })),
  );
}

function urnOf(span: Json): Pick<Span, "urn"> {
  const message = listAt(span, "attributes").find(({ key }) => key === "Msg");
  const urn = /^\{"gRPC request":"urn:\\"([^"\\]+)/.exec(
    textAt(message, "value", "stringValue"),
  )?.[1];
  return urn === undefined ? {} : { urn };
}
