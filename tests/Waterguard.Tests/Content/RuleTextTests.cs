using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Content;

/// <summary>Rules without their examples are the same rules.</summary>
public sealed class RuleTextTests
{
    [Fact]
    public void Leaving_examples_out_changes_no_rule_and_no_line_of_one()
    {
        var (whole, without) = (GenerationLoader.Load(ContentOptions.Default), GenerationLoader.Load(ContentOptions.Default with { Examples = false }));

        Assert.Equal(whole.Diagnostics, without.Diagnostics);
        Assert.Equal(whole.Rules.Rules.Select(r => (r.Header.Id, r.Header.SemanticHash, r.Header.Location)), without.Rules.Rules.Select(r => (r.Header.Id, r.Header.SemanticHash, r.Header.Location)));
        Assert.Equal(whole.Rules.Correlations.Select(c => (c.Header.Id, c.Header.SemanticHash)), without.Rules.Correlations.Select(c => (c.Header.Id, c.Header.SemanticHash)));
    }

    [Theory]
    [InlineData("title: a\nexamples:\n  - x: 1\n# c\n- y: 2\nlevel: low\n", "title: a\n\n\n\n\nlevel: low\n")]
    [InlineData("title: a\nexamples: [1]\n---\ntitle: b\n", "title: a\n\n---\ntitle: b\n")]
    [InlineData("title: no examples\n", "title: no examples\n")]
    public void Only_the_lines_of_top_level_examples_are_emptied(string text, string expected) => Assert.Equal(expected, RuleText.WithoutExamples(text));
}
