/**
 * What Jakarta Messaging 3.1 demands, section by section, said with the interfaces of the specification alone. Names of tests end with the section.
 *
 * <table>
 * <caption>Which section is tested where</caption>
 * <tr><td>§2.6, §4, §9.2</td><td>{@link org.isthmus.jms.spec.DomainsSpecTest}; temporary destinations and requestors:
 *     {@code TemporaryDestinationTest}</td></tr>
 * <tr><td>§2.3</td><td>{@code NamingTest}, {@code ConnectionTest}</td></tr>
 * <tr><td>§2.14</td><td>{@link org.isthmus.jms.spec.ConcurrencySpecTest}</td></tr>
 * <tr><td>§2.8</td><td>{@link org.isthmus.jms.spec.SimplifiedApiSpecTest}, {@code SimplifiedApiTest}, {@code ContextRulesTest}</td></tr>
 * <tr><td>§3.4</td><td>{@link org.isthmus.jms.spec.MessageHeadersSpecTest}, {@code MessageTest}, {@code MessageLifeTest}</td></tr>
 * <tr><td>§3.5</td><td>{@link org.isthmus.jms.spec.PropertiesSpecTest}, {@code ConversionTest}</td></tr>
 * <tr><td>§3.8</td><td>{@link org.isthmus.jms.spec.SelectorSpecTest}, the broker's {@code SelectorTest}; in use: {@code QueueTest},
 *     {@code SharedSubscriptionTest}</td></tr>
 * <tr><td>§3.9 to §3.11</td><td>{@link org.isthmus.jms.spec.MessageBodiesSpecTest}, {@code ConversionTest}, {@code MessageTest}</td></tr>
 * <tr><td>§3.12</td><td>{@link org.isthmus.jms.spec.ForeignMessageSpecTest}</td></tr>
 * <tr><td>§4.2, §8.3</td><td>{@link org.isthmus.jms.spec.SubscriptionsSpecTest}, {@code TopicTest}, {@code DurableSubscriptionTest},
 *     {@code SharedSubscriptionTest}</td></tr>
 * <tr><td>§4.1.6</td><td>{@link org.isthmus.jms.spec.QueueBrowserSpecTest}, {@code QueueBrowserTest}</td></tr>
 * <tr><td>§6.1</td><td>{@link org.isthmus.jms.spec.ConnectionSpecTest}, {@link org.isthmus.jms.spec.AuthenticationSpecTest},
 *     {@code ConnectionTest}, {@code ClientIdTest}</td></tr>
 * <tr><td>§6.1.7</td><td>{@code ExceptionListenerTest}, {@code ReconnectTest}</td></tr>
 * <tr><td>§6.2</td><td>{@link org.isthmus.jms.spec.SessionSpecTest}, {@code TopicTest}</td></tr>
 * <tr><td>§6.2.7</td><td>{@link org.isthmus.jms.spec.TransactionsSpecTest}, {@code TransactedSessionTest}, {@code XaSessionTest}</td></tr>
 * <tr><td>§7</td><td>{@link org.isthmus.jms.spec.ProducerSpecTest}, {@code AsyncSendTest}, {@code DeliveryDelayTest}</td></tr>
 * <tr><td>§8</td><td>{@link org.isthmus.jms.spec.ConsumerSpecTest}, {@code QueueTest}</td></tr>
 * <tr><td>§6.2.9 to §6.2.12, §7.7, §9.1</td><td>order and exactly once, whatever is lost: {@code JmsSimulationTest}, {@code ReconnectTest}</td></tr>
 * <tr><td>§10</td><td>{@code JmsErrorsTest}, and each call's own in the classes above</td></tr>
 * <tr><td>§11.3</td><td>{@link org.isthmus.jms.spec.XaSpecTest}, {@code XaSessionTest}; §11.2 is optional and refused:
 *     {@link org.isthmus.jms.spec.ConnectionSpecTest}</td></tr>
 * <tr><td>§12, §7.3.5</td><td>the resource adapter's {@code OutboundTest} and {@code XaOutboundTest}; §12.4 is the containers'</td></tr>
 * </table>
 */
@NullMarked
package org.isthmus.jms.spec;

import org.jspecify.annotations.NullMarked;
