using Waterguard.Rules;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Rules;

public sealed class RuleTesterTests
{
    private const string Creates = "  s: {verb: create, objectRef.resource: pods}\n  condition: s";

    [Fact]
    public void A_rule_whose_examples_do_what_they_say_passes()
    {
        var result = Test("[{match: {verb: create, objectRef: {resource: pods}}}, {no_match: {verb: get, objectRef: {resource: pods}}}]");

        Assert.True(result.Passed);
        Assert.Empty(result.Warnings);
        Assert.Equal(2, result.Examples);
    }

    [Theory]
    [InlineData("[{match: {verb: get}}, {no_match: {verb: get}}]", "'Some rule' must match this event, read as kubernetes.audit (event), and does not.")]
    [InlineData("[{match: {verb: create, objectRef: {resource: pods}}}, {no_match: {verb: create, objectRef: {resource: pods}}, why: only pods}]",
        "'Some rule' must not match this event, read as kubernetes.audit (event), and does (only pods).")]
    [InlineData("[{match: {status: start, Type: container, Action: start, Actor: {ID: abc}, scope: local, time: 1, timeNano: 1}}, {no_match: {verb: get}}]",
        "'Some rule': the event is docker.events (container), which rules for kubernetes/*/audit are not evaluated on.")]
    [InlineData("[{match: {verb: create}, source: no.such}, {no_match: {verb: get}}]", "'Some rule': there is no source 'no.such'.")]
    public void An_example_that_does_not_do_what_it_says_fails_at_its_line(string examples, string message)
    {
        var failure = Assert.Single(Test(examples).Failures);

        Assert.Equal((SigmaCodes.ExampleFailed, message), (failure.Code, failure.Message));
        Assert.Equal(7, failure.Location.Line);
    }

    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(false, 0, 1)]
    public void Both_kinds_of_example_must_be_there_in_our_content_and_should_be_elsewhere(bool ours, int failures, int warnings)
    {
        var result = Test("[{match: {verb: create, objectRef: {resource: pods}}}]", ours);

        Assert.Equal((failures, warnings), (result.Failures.Length, result.Warnings.Length));
        Assert.All(result.Failures.Concat(result.Warnings), d => Assert.Equal(SigmaCodes.NoExample, d.Code));
    }

    [Fact]
    public void An_example_may_be_an_envelope()
    {
        var list = "{kind: EventList, apiVersion: audit.k8s.io/v1, items: [{kind: Event, apiVersion: audit.k8s.io/v1, verb: create, objectRef: {resource: pods}}]}";

        Assert.True(Test($"[{{match: {list}}}, {{no_match: {{verb: get}}}}]").Passed);
    }

    [Fact]
    public void A_rule_for_a_product_that_no_source_is_of_is_tried_as_plain_json()
    {
        var rule = SomeContent.Rule("  s: {Image|endswith: x.exe}\n  condition: s", "[{match: {Image: 'C:\\x.exe'}}, {no_match: {Image: y}}]", "{product: windows, category: process_creation}");

        Assert.True(Assert.Single(new RuleTester(SomeContent.With(rule), _ => true).Run()).Passed);
    }

    [Fact]
    public void All_rules_that_ship_pass()
    {
        var generation = Waterguard.Pipeline.GenerationLoader.Load(Waterguard.Pipeline.ContentOptions.Default);

        Assert.Empty(new RuleTester(generation, _ => true).Run().SelectMany(r => r.Failures).Select(f => f.ToString()));
    }

    private static RuleTestResult Test(string examples, bool ours = true) =>
        Assert.Single(new RuleTester(SomeContent.With(SomeContent.Rule(Creates, examples)), _ => ours).Run());
}
