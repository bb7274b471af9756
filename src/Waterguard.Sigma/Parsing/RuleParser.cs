using Waterguard.Content.Yaml;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads rules over single events.</summary>
internal sealed class RuleParser(ParseContext context)
{
    private readonly HeaderParser _headers = new(context);
    private readonly DetectionParser _detections = new(context);

    /// <summary>Null when something in it was wrong; that has been reported.</summary>
    public SigmaRule? Parse(RawDocument raw)
    {
        var errors = context.Bag.ErrorCount;
        var document = new MappingReader(raw.Root, context.Bag);
        var header = _headers.Parse(document);
        var source = LogSourceParser.Parse(document, context);
        var examples = ExampleParser.Parse(document, context);
        var fields = document.Texts("fields");
        var detection = document.Section("detection") is { } section ? _detections.Parse(section.Mapping) : null;
        return detection is null || !raw.Sound || context.Bag.ErrorCount != errors
            ? null
            : new(header, source, detection.Condition, examples, fields) { Selections = detection.Selections, ConditionText = detection.Text };
    }
}
